import { verification } from '@tockwork/contracts'
import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { sandboxesOf } from './apps.ts'
import { fileAddress } from './url-properties.ts'

/** An app as the control API shows it, without its secret. */
export function appView(platform: Platform, app: AppRow): Record<string, unknown> {
  return {
    client_key: app.id,
    name: app.name,
    kind: app.kind,
    platform: app.platform,
    scopes: app.scopes,
    redirect_uris: app.redirectUris,
    webhook_url: app.webhookUrl ?? '',
    url_properties: app.urlProperties.map((property) => ({
      kind: property.kind,
      value: property.value,
      verified: property.verified,
      record: verification.record(property.token),
      ...(property.kind === 'prefix' ? { file: fileAddress(property) } : {}),
    })),
    active_user_cap: app.activeUserCap,
    created_at: new Date(app.createdAt).toISOString(),
    ...(app.kind === 'sandbox'
      ? { parent: app.parent, target_users: app.targetUsers }
      : {
          review: app.review,
          review_comment: app.reviewComment ?? '',
          audit: app.audit,
          audit_comment: app.auditComment ?? '',
          sandboxes: sandboxesOf(platform, app).map((sandbox) => sandbox.id),
        }),
  }
}
