// What to do about each kind of refusal, in Japanese. Total over the table of problem types: a new
// kind does not compile until its words are here.

import type { ProblemSlug } from '../problem/problem-types.ts'

export const remediesJa: Readonly<Record<ProblemSlug, string>> = {
  'invalid-json':
    'UTF-8のJSON(RFC 8259)を一つだけ送ってください。同じ名前のメンバーの重複、NUL文字、対になっていないサロゲート、上限を超える入れ子は受理されません。誤りの位置は `errors[0].detail` にあります。',
  'invalid-report':
    'すべての誤りが、位置(JSON Pointer)、規則、正しい値とともに `errors` に示されます。何も保存されていません。`POST /v1/reports/validate` で、保存せずに確認できます。',
  'invalid-request':
    '`errors` に、誤ったパラメータまたはヘッダー、その規則、正しい値が示されます。',
  'invalid-subscription': 'すべての誤りが `errors` に示されます。何も保存されていません。',
  'invalid-replay': 'すべての誤りが `errors` に示されます。何も保存されていません。',
  'invalid-register-entry':
    'すべての誤りが `errors` に示されます。取込みでは行(`row`)と項目(`field`)も示されます。何も保存されていません。`dryRun=true` を付けると、保存せずに確認できます。',
  'invalid-agreement': 'すべての誤りが `errors` に示されます。何も保存されていません。',
  'invalid-credential': 'すべての誤りが `errors` に示されます。何も保存されていません。',
  'credential-conflict': '変更できない理由と、先に行うことが `detail` に示されます。',
  unauthenticated:
    '貴組織の有効なキーを `Authorization: Bearer rk_…` で送ってください。キーが求める場合は、署名とクライアント証明書も必要です。何が誤っていたかは応答では示しません。運用者が `requestId` で確認できます。',
  forbidden:
    '必要な権限(scope)は `detail` にあります。`admin` の権限を持つ貴組織のキーで `POST /v1/keys` を呼び、その権限のキーを作ってください。組織の最初のキーは、運用者が `npm run keys` で発行します。',
  'not-found':
    'アドレスが誤っているか、対象が存在しないか、貴組織に開示されていません。どの場合も、意図して同じ応答を返します。',
  'invalid-acknowledgement':
    '誤りはすべて `errors` に列挙されます。`revision` と `kind` を送り、`answer` は `assessed` の場合にのみ付けてください。`by` と `remark` はそれぞれ1行です。',
  'own-report':
    '受領確認は、報告を受けた組織が行います。誰が確認したかは同じアドレスの `GET` で確認できます。',
  'idempotency-conflict':
    '冪等キーは、一つの要求だけのものです(1バイトの違いも別の要求とみなします)。新しい要求には新しいキーを使ってください。最初と同じ内容を送り直すと、最初の応答が返ります。',
  'transition-refused':
    '貴組織が次に移せる状態は `allowed` に示されます。終報とした報告は再開できません。新しい報告を送り、関連付けてください。終わった取決めは再開できません。新しく提案してください。',
  'changed-meanwhile':
    'この間に、他の担当者が変更しました。読み直して確認し、新しいETagを `If-Match` に付けて送ってください。報告では、現在の版が `currentRevision` にあります。',
  'precondition-required':
    '置き換える版の番号を `If-Match: "<revision>"` で送ってください。番号は対象のETagにあります。',
  'too-large':
    '上限は `limitBytes` に示されます。様式に項目のない内容を除き、添付は参照で示してください。',
  'url-too-long':
    '上限は `limitBytes` に示されます。一度に問い合わせる値を減らし、複数回に分けてください。',
  'headers-too-large': 'ヘッダーの数または長さを減らしてください。RenkeiはCookieを使いません。',
  'too-slow':
    '要求は一度にまとめて送ってください。何も保存されていません。同じ冪等キーで送り直してください。',
  'unsupported-media-type':
    '受け付ける形式は `detail` にあります。`Content-Type: application/json` を付けて送ってください。連絡先の取込みでは `text/csv` も使えます。',
  'endpoint-not-verified':
    '宛先は、確認のイベントに対し、状態コード200と `{"challenge": "<受け取った値>"}` で応答する必要があります。その後 `POST /v1/subscriptions/{id}/verify` を呼んでください。',
  'email-not-set-up':
    '運用者が `RENKEI_SMTP_URL` を設定してサービスを起動し直すまで、電子メールでは購読できません。それまでは、宛先(webhook)を購読するか、フィードを読んでください。',
  'not-by-email':
    '試験のイベントは宛先(webhook)のためのものです。メールが届くことは確認のメールで分かります。未確認の間は `POST /v1/subscriptions/{id}/verify` でもう一度送れます。',
  'subscription-not-active':
    '一時停止中または宛先の確認が済んでいない購読には、何も送られません。`PATCH` で `{"state": "active"}` を送って再開するか、宛先を確認してから、もう一度要求してください。',
  'replay-running':
    '一つの購読で同時に行える再送は一つです。`GET /v1/subscriptions/{id}/replays` で進み具合を確認し、必要なら `POST …/replays/{replayId}/cancel` で取り消してください。',
  'limit-reached':
    '達した上限は `detail` に示されます。待てば解消する場合は、`Retry-After` に再試行の時機があります。',
  'too-many-failures':
    '`Retry-After` まで待ち、誤ったキーを送っているシステムを直してください。失敗が続くと、そのアドレスの待ち時間は倍になります。同じアドレスで使えていたキーは、その間も使えます。',
  overloaded:
    '何も保存されていません(同じ冪等キーで送り直すと確かめられます)。`Retry-After` の後に、同じ冪等キーで送り直してください。最も高いレベルの報告は、最後まで受け付けます。',
  internal:
    '同じ冪等キーで送り直してください。続く場合は、`requestId` を運用者に知らせてください。',
}
