// SPDX-License-Identifier: Apache-2.0
globalThis.run = async (account) => {
  await navigator.serviceWorker.register('./worker.js', { type: 'module' })
  const { active } = await navigator.serviceWorker.ready
  const { port1, port2 } = new MessageChannel()
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data)
  })
  active.postMessage(account, [port2])
  return answer
}
