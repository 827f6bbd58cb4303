import { read, signed } from '../../../../lib/cookies.ts'
import { redirectUri, tiktok } from '../../../../lib/tiktok.ts'

/** Back from TikTok: the code becomes tokens, which stay here, and the browser gets a session. */
export async function GET(request: Request): Promise<Response> {
  const login = read(request, 'tiktok_login')
  const home = new URL('/', redirectUri())
  const headers = new Headers()
  headers.append('set-cookie', signed('tiktok_login', '', 0))
  try {
    if (login === undefined) throw new Error('This login began in another browser, or took too long.')
    // Behind a proxy request.url is the inner address: what counts is what came with it.
    const back = `${redirectUri()}${new URL(request.url).search}`
    const { openId } = await tiktok().auth.finish(back, JSON.parse(login))
    headers.append('set-cookie', signed('session', openId, 30 * 86_400))
  } catch (error) {
    // They said no, or somebody else's callback came.
    home.searchParams.set('problem', (error as Error).message)
  }
  headers.set('location', home.href)
  return new Response(null, { status: 302, headers })
}
