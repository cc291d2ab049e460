import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileSink, fileSource } from '@s3-cse/node'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openFilesIn } from './open-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'files-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** What all handles have their methods from. */
async function methodsOfHandles(): Promise<FileHandle> {
  const handle = await open(folder)
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}

test('a source that tells nothing about itself is closed', async () => {
  const path = join(folder, 'source')
  writeFileSync(path, 'content')
  const error = new Error('EIO')
  vi.spyOn(await methodsOfHandles(), 'stat').mockRejectedValue(error)
  await expect(fileSource(path).open()).rejects.toBe(error)
  expect(openFilesIn(folder)).toEqual([])
  rmSync(path)
})

test('a sink whose target cannot be replaced leaves nothing', async () => {
  const path = join(folder, 'target')
  mkdirSync(path)
  const sink = await fileSink(path).open()
  await sink.write(0, Buffer.from('content'))
  await expect(sink.commit()).rejects.toMatchObject({ code: 'EISDIR' })
  await sink.abort()
  expect(readdirSync(folder)).toEqual(['target'])
  expect(openFilesIn(folder)).toEqual([])
})
