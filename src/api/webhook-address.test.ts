import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateWebhookService, validateWebhookUrl } from './webhook-address.ts'

const messages = (causes: { message: string }[]): string[] => causes.map(({ message }) => message)
const FORM = '; desired format: https://host[/path]'

test("URLs are read as Go reads them", () => {
  const cases: [string, string[]][] = [
    ['https://a', []], ['https://a:8443/b', []], ['https://[::1]:8443/b', []],
    ['http://a/b', [`Invalid value: "http": 'https' is the only allowed URL scheme${FORM}`]],
    ['HTTPS://a', []],
    ['https:///x', [`Invalid value: "": host must be specified${FORM}`]],
    ['https:a', [`Invalid value: "": host must be specified${FORM}`]],
    ['https://u:p@a/b', ['Invalid value: "u:p": user information is not permitted in the URL']],
    ['https://a/b?c=d#e', ['Invalid value: "e": fragments are not permitted in the URL', 'Invalid value: "c=d": query parameters are not permitted in the URL']],
    ['::', [`Required value: url must be a valid URL: parse "::": missing protocol scheme${FORM}`]],
    ['https://a:x/', [`Required value: url must be a valid URL: parse "https://a:x/": invalid port ":x" after host${FORM}`]],
    ['a:b', [`Invalid value: "a": 'https' is the only allowed URL scheme${FORM}`, `Invalid value: "": host must be specified${FORM}`]],
    ['1:b', [`Required value: url must be a valid URL: parse "1:b": first path segment in URL cannot contain colon${FORM}`]],
    ['/a', [`Invalid value: "": 'https' is the only allowed URL scheme${FORM}`, `Invalid value: "": host must be specified${FORM}`]],
  ]
  for (const [url, expected] of cases) assert.deepEqual(messages(validateWebhookUrl('f', url)), expected, url)
})

test('the steps of a path are DNS names', () => {
  const at = (path: string): string[] => messages(validateWebhookService('f', { namespace: 'n', name: 's', path, port: 443 }))
  for (const fine of ['', '/', '/a', '/a/b.c/']) assert.deepEqual(at(fine), [], fine)
  assert.deepEqual(at('//'), ['Invalid value: "//": segment[0] may not be empty'])
  assert.deepEqual(at('x'), ['Invalid value: "x": must start with a \'/\'', 'Invalid value: "x": segment[0] may not be empty'])
  assert.deepEqual(at('/a//b/'), ['Invalid value: "/a//b/": segment[1] may not be empty'])
  assert.match(at('/A b')[0]!, /^Invalid value: "\/A b": segment\[0\]: a lowercase RFC 1123 subdomain/)
})
