import { signed } from '../../../../lib/cookies.ts'
import { tiktok } from '../../../../lib/tiktok.ts'

/** To TikTok's consent page. What the callback is checked by waits in a cookie of ten minutes. */
export async function GET(): Promise<Response> {
  const { url, ...login } = await tiktok().auth.start({ scopes: ['user.info.basic', 'video.list'] })
  const cookie = signed('tiktok_login', JSON.stringify(login), 600)
  return new Response(null, { status: 302, headers: { location: url, 'set-cookie': cookie } })
}
