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

/** What the user sees of something that takes time. */
export interface BusyControls {
  readonly button: HTMLButtonElement
  readonly progress: HTMLProgressElement
  readonly cancel: HTMLButtonElement
}

/** What it knows of the user. */
export interface Task {
  /** Aborted when the user cancels. */
  readonly signal: AbortSignal
  /** Says how far it is. */
  readonly report: (done: number, total: number) => void
}

/**
 * Runs something that the user waits for, and can cancel, with a busy button and a progress bar. What
 * fails is left to the caller.
 */
export async function busy<T>(
  { button, progress, cancel }: BusyControls,
  work: (task: Task) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const report = (done: number, total: number) => {
    progress.max = total
    progress.value = done
  }
  const stop = () => {
    abort.abort()
  }
  // A disabled button would lose the keyboard focus.
  button.setAttribute('aria-disabled', 'true')
  progress.removeAttribute('value')
  progress.hidden = false
  cancel.hidden = false
  cancel.addEventListener('click', stop)
  try {
    return await work({ signal: abort.signal, report })
  } finally {
    cancel.removeEventListener('click', stop)
    if (document.activeElement === cancel) button.focus()
    button.removeAttribute('aria-disabled')
    progress.hidden = true
    cancel.hidden = true
  }
}

/** Whether something failed because the user cancelled it. */
export const wasCancelled = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AbortError'

export const isBusy = (button: HTMLButtonElement): boolean => button.ariaDisabled === 'true'
