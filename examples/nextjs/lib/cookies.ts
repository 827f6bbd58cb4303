import { createHmac, timingSafeEqual } from 'node:crypto'

const secret = () => process.env.SESSION_SECRET ?? 'only for development'
const mac = (text: string) => createHmac('sha256', secret()).update(text).digest('base64url')

/** A cookie that scripts cannot read, and that nobody but us can make. */
export function signed(name: string, value: string, seconds: number): string {
  const text = Buffer.from(value).toString('base64url')
  const secure = process.env.APP_URL?.startsWith('https:') === true ? '; Secure' : ''
  return `${name}=${text}.${mac(`${name}=${text}`)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`
}

/** Its value, or undefined when it is not there or was not made here. */
export function read(request: Request, name: string): string | undefined {
  const all = request.headers.get('cookie')?.split(/;\s*/) ?? []
  const [text = '', given = ''] =
    all
      .find((each) => each.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .split('.') ?? []
  const [a, b] = [Buffer.from(given), Buffer.from(mac(`${name}=${text}`))]
  return a.length === b.length && timingSafeEqual(a, b)
    ? Buffer.from(text, 'base64url').toString()
    : undefined
}
