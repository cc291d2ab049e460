// SPDX-License-Identifier: Apache-2.0
/**
 * The little of a user interface library that this page needs.
 *
 * @module
 */

type Attributes = Readonly<Record<string, string | boolean>>

/** The element of the page with this id. @throws `TypeError` if it is missing or of another kind. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new TypeError(`#${id} is not a ${kind.name}`)
  return found
}

/** A new element. Text goes in as text, never as markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children)
  return made
}

/** Puts text into an `aria-live` element. */
export function say(status: HTMLElement, text: string): void {
  status.textContent = text
}

/**
 * Runs something that the user waits for, with a busy button and a progress bar. What fails is left to
 * the caller.
 */
export async function busy<T>(
  { button, progress }: { button: HTMLButtonElement; progress: HTMLProgressElement },
  work: () => Promise<T>,
): Promise<T> {
  // A disabled button would lose the keyboard focus.
  button.setAttribute('aria-disabled', 'true')
  progress.hidden = false
  try {
    return await work()
  } finally {
    button.removeAttribute('aria-disabled')
    progress.hidden = true
  }
}

export const isBusy = (button: HTMLButtonElement): boolean => button.ariaDisabled === 'true'
