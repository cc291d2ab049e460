// SPDX-License-Identifier: Apache-2.0
import { build, preview, type InlineConfig } from 'vite'
import { localAwsPlugin } from '../../demo/local-aws-plugin.ts'
import { seedDemo } from '../../demo/seed.ts'
import { pageConfig } from '../../demo/vite.config.ts'
import { DemoPage, text } from './demo-page.ts'
import { expect, test } from './fixtures.ts'

test('the page works as it is built, under its own security policy', async ({
  aws,
  page,
  complaints,
}, testInfo) => {
  const config: InlineConfig = {
    ...pageConfig,
    configFile: false,
    logLevel: 'warn',
    plugins: [localAwsPlugin(await seedDemo(aws))],
    build: { ...pageConfig.build, outDir: testInfo.outputPath('dist'), emptyOutDir: true },
  }
  const result = await build(config)
  const server = await preview({ ...config, preview: { ...pageConfig.preview, port: 0 } })
  try {
    await test.step('without stand-ins for modules of Node.js', () => {
      const outputs = [result].flat().flatMap((built) => ('output' in built ? built.output : []))
      const code = outputs.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n')
      expect(code).toContain('x-amz-meta-')
      expect(code).not.toContain('browser-external')
      expect(code).not.toMatch(/["']node:/)
    })

    const demo = new DemoPage(page, server.resolvedUrls?.local[0] ?? '')
    await demo.open()
    const file = text('built.txt', 'as it is built')
    await demo.put(file)
    expect((await demo.download()).content.equals(file.buffer)).toBe(true)
    expect(complaints).toEqual([])
  } finally {
    await server.close()
  }
})
