// The schema documents of the contract as they are served to others, by name.

import acknowledgement from '../../schemas/acknowledgement.schema.json' with { type: 'json' }
import agreement from '../../schemas/agreement.schema.json' with { type: 'json' }
import contact from '../../schemas/contact.schema.json' with { type: 'json' }
import event from '../../schemas/event.schema.json' with { type: 'json' }
import organisation from '../../schemas/organisation.schema.json' with { type: 'json' }
import problem from '../../schemas/problem.schema.json' with { type: 'json' }
import reportView from '../../schemas/report-view.schema.json' with { type: 'json' }
import report from '../../schemas/report.schema.json' with { type: 'json' }
import subscription from '../../schemas/subscription.schema.json' with { type: 'json' }

/** Every schema document, by the name it is served under: `/schemas/NAME.schema.json`. */
export const schemas = {
  report,
  'report-view': reportView,
  event,
  subscription,
  organisation,
  contact,
  agreement,
  acknowledgement,
  problem,
} as const satisfies Record<string, object>

export type SchemaName = keyof typeof schemas
