import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

const DESCRIPTORS = '/proc/self/fd' // of Linux; elsewhere nothing is found

/** Files below a folder that this process has open, deleted ones included. */
export function openFilesIn(folder: string): string[] {
  const descriptors = existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS) : []
  return descriptors.map(targetOf).filter((path) => path.startsWith(folder))
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(join(DESCRIPTORS, descriptor))
  } catch {
    return '' // the descriptor of the listing itself
  }
}
