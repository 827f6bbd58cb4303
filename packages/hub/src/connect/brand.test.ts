import { describe, expect, test } from 'vitest'
import { brandOf, brandStyle, inkOn } from './brand.ts'

/** WCAG 2.2: (lighter + 0.05) / (darker + 0.05). */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const full = color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(full.slice(at, at + 2), 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

describe('a brand', () => {
  test('can be read on every colour', () => {
    let worst = 21
    for (let red = 0; red < 256; red += 15)
      for (let green = 0; green < 256; green += 15)
        for (let blue = 0; blue < 256; blue += 15) {
          const color = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
          worst = Math.min(worst, contrast(color, inkOn(color)))
        }
    expect(worst).toBeGreaterThanOrEqual(4.5)
  })

  test('adds nothing to a style but a colour', () => {
    expect(brandStyle('#0057ff')).toBe(':root{--act:#0057ff;--act-over:#0057ff;--on-act:#fff}')
    for (const bad of [undefined, 'red', '#fff', '#0057ff}body{display:none', '#0057fg'])
      expect(brandStyle(bad)).toBe('')
  })

  test('goes by its own name, the workspace’s, or the app’s while that has none', () => {
    expect(brandOf('Soup', { brand: { name: 'Soup & Sons' } }, 'App').name).toBe('Soup & Sons')
    expect(brandOf('Soup', {}, 'App').name).toBe('Soup')
    expect(brandOf('default', { brand: null }, 'App').name).toBe('App')
    expect(brandOf('default', { brand: { color: 7, logo_url: {} } }, 'App')).toEqual({
      name: 'App',
      color: undefined,
      logoUrl: undefined,
    })
  })
})
