/** How a workspace shows itself to creators. */
import { createHash } from 'node:crypto'

export interface Brand {
  name: string
  /** `#rrggbb`, for what is pressed. */
  color: string | undefined
  /** An https address of a picture. */
  logoUrl: string | undefined
}

/** What the first start calls a workspace that nobody has named: it says nothing to a creator. */
const UNNAMED = 'default'

/** @param settings of the workspace, as they are stored */
export function brandOf(workspaceName: string, settings: Record<string, unknown>, appName: string): Brand {
  const { name, color, logo_url } = Object(settings.brand)
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  return {
    name: text(name) ?? (workspaceName === UNNAMED ? appName : workspaceName),
    color: text(color),
    logoUrl: text(logo_url),
  }
}

/** The style that a colour adds at the end of a page's own: what is written on it stays readable, in light and in dark. */
export function brandStyle(color: string | undefined): string {
  if (color === undefined || !/^#[0-9a-f]{6}$/i.test(color)) return ''
  return `:root{--act:${color};--act-over:${color};--on-act:${inkOn(color)}}`
}

/** Black or white, whichever has more contrast. WCAG 2.2, relative luminance. */
export function inkOn(color: string): '#000' | '#fff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  // At this luminance both have a contrast of 4.58 to 1, which is enough for any text.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff'
}

/** For `style-src`: the hash of a style that stands in the page. */
export function styleHash(style: string): string {
  return `'sha256-${createHash('sha256').update(style).digest('base64')}'`
}
