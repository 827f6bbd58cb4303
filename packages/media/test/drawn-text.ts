/** Text on synthetic pictures: letters of 5 by 7 dots, enlarged and softened as a video's are. */
const LETTERS: Record<string, readonly string[]> = {
  T: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'],
  K: ['#...#', '#..#.', '#.#..', '##...', '#.#..', '#..#.', '#...#'],
  I: ['.###.', '..#..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  O: ['.###.', '#...#', '#...#', '#...#', '#...#', '#...#', '.###.'],
  E: ['#####', '#....', '#....', '####.', '#....', '#....', '#####'],
  S: ['.####', '#....', '#....', '.###.', '....#', '....#', '####.'],
  H: ['#...#', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  R: ['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#'],
  N: ['#...#', '##..#', '##..#', '#.#.#', '#..##', '#..##', '#...#'],
  U: ['#...#', '#...#', '#...#', '#...#', '#...#', '#...#', '.###.'],
  F: ['#####', '#....', '#....', '####.', '#....', '#....', '#....'],
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  V: ['#...#', '#...#', '#...#', '#...#', '.#.#.', '.#.#.', '..#..'],
  M: ['#...#', '##.##', '#.#.#', '#.#.#', '#...#', '#...#', '#...#'],
  '@': ['.###.', '#...#', '#.###', '#.#.#', '#.###', '#....', '.###.'],
  ' ': ['.....', '.....', '.....', '.....', '.....', '.....', '.....'],
}

export interface Canvas {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

export interface DrawnText {
  readonly text: string
  /** Of the text's left upper corner. */
  readonly x: number
  readonly y: number
  /** Pixels a dot. */
  readonly dot: number
  /** 0 to 255, laid over the picture with this opacity. */
  readonly luma: number
  readonly opacity: number
}

export function drawText(canvas: Canvas, { text, x, y, dot, luma, opacity }: DrawnText): void {
  const isInk = (column: number, row: number): boolean => {
    const letter = LETTERS[text[Math.floor(column / 6)] ?? ' ']
    if (letter === undefined) throw new Error(`no drawing of "${text}"`)
    return letter[row]?.[column % 6] === '#'
  }
  const soft = dot * 0.6
  for (let py = -dot; py < 8 * dot; py += 1)
    for (let px = -dot; px < text.length * 6 * dot; px += 1) {
      // Four samples around the pixel round the dots' corners off.
      let ink = 0
      for (const dy of [-soft / 2, soft / 2])
        for (const dx of [-soft / 2, soft / 2]) {
          const column = Math.floor((px + dx) / dot)
          const row = Math.floor((py + dy) / dot)
          if (column >= 0 && row >= 0 && row < 7 && isInk(column, row)) ink += 0.25
        }
      if (ink === 0 || y + py < 0 || y + py >= canvas.height || x + px < 0 || x + px >= canvas.width) continue
      const at = (y + py) * canvas.width + x + px
      const share = ink * opacity
      canvas.pixels[at] = (canvas.pixels[at] as number) * (1 - share) + luma * share
    }
}

/** A picture of soft waves; another `phase` moves them across it. */
export function waves(width: number, height: number, phase: number): Canvas {
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      pixels[y * width + x] =
        110 + 45 * Math.sin(x / 37 + phase * 2.1) + 35 * Math.cos(y / 29 - phase * 1.7 + x / 90)
  return { width, height, pixels }
}
