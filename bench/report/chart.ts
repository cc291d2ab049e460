// SPDX-License-Identifier: Apache-2.0
/**
 * Bar charts as SVG that is legible on light and on dark ground.
 *
 * @module
 */

/** One bar for each series. */
export interface BarGroup {
  readonly label: string
  /** Missing ones have no bar. */
  readonly values: readonly (number | undefined)[]
}

/** A chart of groups below each other. */
export interface Panel {
  readonly title: string
  readonly groups: readonly BarGroup[]
}

/** What a chart shows; its scale is logarithmic. */
export interface Chart {
  readonly title: string
  readonly unit: string
  readonly series: readonly string[]
  readonly panels: readonly Panel[]
}

const COLOURS = ['#3b82c4', '#5aa9a0', '#8a6fc0', '#c2803a', '#c05a7a']
const INK = '#808080'
const BAR = 9 // pixels, as all lengths here
const GAP = 10
const LABEL = 170
const PLOT = 470
const VALUE = 60
const HEAD = 58

const escape = (text: string) =>
  text.replace(
    /[&<>]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '',
  )

const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`

/** Draws a chart. */
export function drawChart({ title, unit, series, panels }: Chart): string {
  const values = panels.flatMap(({ groups }) => groups.flatMap((group) => group.values))
  const known = values.filter((value) => value !== undefined)
  const low = Math.floor(Math.log10(Math.min(...known)))
  const high = Math.ceil(Math.log10(Math.max(...known)))
  const at = (value: number) => LABEL + (PLOT * (Math.log10(value) - low)) / (high - low)
  const body: string[] = []
  let y = HEAD

  for (const panel of panels) {
    body.push(text(0, y + 14, panel.title, 'font-weight="bold"'))
    y += 24
    const top = y
    for (const { label, values } of panel.groups) {
      const height = series.length * BAR
      body.push(text(LABEL - 8, y + height / 2 + 4, label, 'text-anchor="end"'))
      values.forEach((value, i) => {
        if (value === undefined) return
        const [bar, end] = [y + i * BAR, at(value)]
        const colour = COLOURS[i % COLOURS.length] ?? INK
        body.push(
          `<rect x="${LABEL}" y="${bar}" width="${(end - LABEL).toFixed(1)}" height="${BAR - 1}" fill="${colour}"/>`,
          text(Number((end + 4).toFixed(1)), bar + BAR - 1, value.toPrecision(2), 'font-size="9"'),
        )
      })
      y += height + GAP
    }
    for (let power = low; power <= high; power++) {
      const x = at(10 ** power).toFixed(1)
      body.unshift(
        `<line x1="${x}" x2="${x}" y1="${top - 4}" y2="${y}" stroke="${INK}" stroke-opacity="0.35"/>`,
      )
      body.push(text(Number(x), y + 14, `${10 ** power}`, 'text-anchor="middle"'))
    }
    y += 34
  }

  const legend = series.map((name, i) => {
    const x = LABEL + i * 92
    const colour = COLOURS[i % COLOURS.length] ?? INK
    return `<rect x="${x}" y="30" width="10" height="10" fill="${colour}"/>${text(x + 14, 39, name)}`
  })
  const width = LABEL + PLOT + VALUE
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="${INK}">
<title>${escape(title)}</title>
${text(0, 16, `${title}, ${unit}`, 'font-size="14" font-weight="bold"')}
${legend.join('\n')}
${body.join('\n')}
</svg>
`
}
