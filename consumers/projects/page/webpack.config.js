// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'

export default {
  mode: 'production',
  entry: './main.js',
  output: { path: fileURLToPath(new URL('webpack', import.meta.url)), filename: 'main.js' },
  performance: { hints: false },
}
