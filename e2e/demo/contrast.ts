// SPDX-License-Identifier: Apache-2.0
/**
 * The contrast of all visible text with what is behind it, as WCAG 2 measures it.
 *
 * @module
 * @see {@link https://www.w3.org/TR/WCAG22/#contrast-minimum | WCAG 2.2, 1.4.3}
 */

import type { Page } from '@playwright/test'

/** Texts below 4.5:1, which is level AA. Disabled controls are exempt. */
export function contrastProblems(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 4.5
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })

    /** Colours on top of each other, from the bottom up, as the browser mixes them. */
    function mixed(colors: readonly string[]): Uint8ClampedArray {
      if (canvas === null) throw new Error('No canvas')
      canvas.clearRect(0, 0, 1, 1)
      for (const color of colors) {
        canvas.fillStyle = color
        canvas.fillRect(0, 0, 1, 1)
      }
      return canvas.getImageData(0, 0, 1, 1).data
    }

    function luminance([red = 0, green = 0, blue = 0]: Uint8ClampedArray): number {
      const linear = (channel: number): number =>
        channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    function backgrounds(node: Element): string[] {
      const ancestors: string[] = []
      for (let up: Element | null = node; up !== null; up = up.parentElement) {
        ancestors.unshift(getComputedStyle(up).backgroundColor)
        // A dialog in the top layer has no ancestor behind it.
        if (up.matches('dialog:modal')) break
      }
      return ancestors
    }

    const problems: string[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const node = texts.currentNode.parentElement
      const words = texts.currentNode.textContent?.trim() ?? ''
      if (words === '' || node === null || !node.checkVisibility()) continue
      if (node.closest(':disabled, :has(> :disabled)') !== null) continue
      const behind = backgrounds(node)
      const [text, ground] = [mixed([...behind, getComputedStyle(node).color]), mixed(behind)].map(
        luminance,
      )
      const ratio =
        (Math.max(text ?? 0, ground ?? 0) + 0.05) / (Math.min(text ?? 0, ground ?? 0) + 0.05)
      if (ratio < LEAST) problems.push(`${ratio.toFixed(2)}: ${words.slice(0, 40)}`)
    }
    return problems
  })
}
