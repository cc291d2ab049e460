// SPDX-License-Identifier: Apache-2.0
/**
 * `DOMParser` where there is none. The SDK's build for browsers reads the answers of S3 with it, and only
 * pages have it: in a worker, every answer in XML would fail, errors and multipart uploads among them.
 *
 * @module
 */

import { DOMParser, Node } from '@xmldom/xmldom'

const globals = globalThis as { DOMParser?: unknown; Node?: unknown }
globals.DOMParser ??= DOMParser
globals.Node ??= Node
