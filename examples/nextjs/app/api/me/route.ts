import { read } from '../../../lib/cookies.ts'
import { tiktok } from '../../../lib/tiktok.ts'

/** Who is logged in, and their newest videos. Tokens are renewed as needed. */
export async function GET(request: Request): Promise<Response> {
  const openId = read(request, 'session')
  if (openId === undefined) return Response.json({ problem: 'nobody is logged in' }, { status: 401 })
  const creator = tiktok().as(openId)
  const { display_name } = await creator.user.info(['display_name'])
  const titles: string[] = []
  for await (const { title = '' } of creator.videos.list({ fields: ['title'] }))
    if (titles.push(title) === 3) break
  return Response.json({ display_name, titles })
}
