// What the OpenAPI and the AsyncAPI document say of Renkei itself.

import { schemas } from '@renkei/schema'

/** The version of the contract that is served: the one that its schema gives as the example. */
export const contractVersion = firstOf(schemas.report.properties.schemaVersion.examples)

export const license = {
  name: 'Apache-2.0',
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
} as const

export const apiDescription = `通信事業者どうしが、障害とふくそうの報告を共通の様式で交換するためのAPIです。

- **報告**: 版(第N報)ごとに保存され、書き換えられません。成功の応答は、確実に保存された後に返ります。
- **レベル**: 報告された事実から、公開された規則集によって計算されます。人が入力するものではありません。
- **配信**: 保存された報告は、署名付きWebhook、WebSocket(\`/v1/feed\`)、ロングポーリング(\`/v1/events\`)で、見てよい相手に見てよい範囲だけが届きます。
- **訓練**: \`messageStatus\` が \`exercise\` または \`test\` の報告は、求めない限り届きません。

Every refusal is a problem document (RFC 9457); its \`type\` leads to a page in Japanese and English that says what to do.

[索引 / Index](/) · [エラー一覧 / Problems](/problems) · [スキーマ / Schemas](/schemas/) · [AsyncAPI](/asyncapi.json)`

export const eventsDescription = `Renkeiが送るすべての事象(CloudEvents 1.0)と、その届き方です。フィード(WebSocket)とWebhookで同じ内容が届きます。

The events that Renkei sends, and how they arrive: the same event on the WebSocket feed and by webhook, at least once, each in the receiver's own view. \`feedcursor\` orders them; \`previouscursor\` names the one before in this view, so that a receiver sees a gap by itself.`

/** The groups of operations, in the order in which a reader needs them. */
export const tags = [
  {
    name: 'reports',
    description: '報告: 送信、改版、照会。 Posting, revising and reading reports.',
  },
  {
    name: 'feed',
    description: 'フィード: すべての事象を一つの順序で。 All events in one gapless order.',
  },
  {
    name: 'subscriptions',
    description: '購読: 署名付きWebhookの宛先。 Endpoints for signed webhooks.',
  },
  {
    name: 'register',
    description:
      '連絡体制: 組織と連絡先。 Organisations, and whom to call there, at what time and by what means.',
  },
  {
    name: 'acknowledgements',
    description:
      '受領確認: 誰が受信・確認・評価し、誰が遅れているか。 Who has received, seen and assessed a report, and who is late.',
  },
  {
    name: 'agreements',
    description:
      '取決め: 二者間で、既定より広く共有する範囲。 What two organisations share beyond the default.',
  },
  {
    name: 'ledger',
    description: '台帳: 誰に届き、誰に届いていないか。 Who has been told, and who has not yet.',
  },
  {
    name: 'audit',
    description: 'アクセスログ: 誰が何を見たか。 Who has seen and done what.',
  },
  {
    name: 'credentials',
    description: '認証: APIキーと署名鍵。 API keys and signing keys of your own organisation.',
  },
  {
    name: 'contract',
    description:
      '様式: スキーマ、コード表、規則集。 Schemas, code lists and rule sets; public, no key.',
  },
] as const

function firstOf(versions: readonly string[]): string {
  const [version] = versions
  if (version === undefined) throw new Error('the contract names no version')
  return version
}
