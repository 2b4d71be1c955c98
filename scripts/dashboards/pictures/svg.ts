const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (found) => escapes[found]!)

/** To a tenth of a pixel: more only makes the file larger. */
export const px = (value: number): string => String(Math.round(value * 10) / 10)

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const ink = '#24292e'
export const faint = '#7a828e'
export const grid = '#e3e6ea'

interface RectStyle {
  readonly fill?: string
  readonly stroke?: string
  readonly radius?: number
  readonly opacity?: number
}

export function rect({ x, y, width, height }: Box, { fill = 'none', stroke, radius = 0, opacity }: RectStyle): string {
  const more = `${stroke ? ` stroke="${stroke}"` : ''}${radius ? ` rx="${radius}"` : ''}${opacity === undefined ? '' : ` opacity="${px(opacity)}"`}`
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, width))}" height="${px(height)}" fill="${fill}"${more}/>`
}

interface TextStyle {
  readonly size?: number
  readonly fill?: string
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly bold?: boolean
  /** Longer text is cut to this many pixels, with an ellipsis. */
  readonly within?: number
}

/** About the width of a letter, as a share of the font's size; there is nobody here to measure it. */
const letterWidth = 0.56
export const widthOf = (text: string, size: number): number => text.length * size * letterWidth

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, fill = ink, anchor = 'start', bold = false, within } = style
  const most = within === undefined ? content.length : Math.max(1, Math.floor(within / (size * letterWidth)))
  const shown = content.length > most ? `${content.slice(0, most - 1)}…` : content
  return `<text x="${px(x)}" y="${px(y)}" font-size="${px(size)}" fill="${fill}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${bold ? ' font-weight="600"' : ''}>${escaped(shown)}</text>`
}

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, dashes?: string): string =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}"${dashes ? ` stroke-dasharray="${dashes}"` : ''}/>`
