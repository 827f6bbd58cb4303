/** Sending a file to the content library, with how far it is: `fetch` does not tell that. */
import { type HubProblem, headersFor, problemFrom, type ResultOf } from './api.ts'

type Asset = ResultOf<'assets.create'>

export function uploadFile(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Asset> {
  return new Promise((done, fail: (problem: HubProblem | Error) => void) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/v1/assets?name=${encodeURIComponent(file.name.slice(0, 255))}`)
    for (const [name, value] of Object.entries(headersFor('POST'))) request.setRequestHeader(name, value)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total)
    request.onerror = () => fail(new Error('The upload broke off. Nothing was kept; send the file again.'))
    request.onabort = () => fail(new Error('The upload was stopped.'))
    request.onload = () => {
      const value: unknown = request.responseText === '' ? undefined : JSON.parse(request.responseText)
      if (request.status === 201) done(value as Asset)
      else fail(problemFrom(request.status, value))
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}
