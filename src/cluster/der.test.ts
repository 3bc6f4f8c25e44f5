import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { contentOf, elementsOf, objectId, octets, sequence, time, utf8String } from './der.ts'
import { issueAuthority, issueCertificate } from './x509.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('lengths of one, two, three and four bytes', () => {
  for (const size of [0, 127, 128, 255, 256, 65_535, 65_536]) {
    const content = new Uint8Array(size).fill(7)
    const whole = sequence(octets(content), utf8String('end'))
    const [first, second, ...rest] = elementsOf(whole)
    assert.deepEqual([contentOf(first!).length, hex(second!), rest.length], [size, hex(utf8String('end')), 0])
  }
})

test('object identifiers and times as X.690 and RFC 5280 write them', () => {
  assert.equal(hex(objectId('1.2.840.113549')), '06062a864886f70d')
  assert.equal(hex(objectId('2.5.29.19')), '0603551d13')
  assert.equal(Buffer.from(contentOf(time(new Date(Date.UTC(2049, 11, 31, 23, 59, 59))))).toString(), '491231235959Z')
  assert.equal(Buffer.from(contentOf(time(new Date(Date.UTC(2050, 0, 1))))).toString(), '20500101000000Z')
})

test('names of other scripts, IPv6 addresses and ends after 2050', () => {
  const validity = { notBefore: new Date(Date.UTC(2020, 0, 1)), notAfter: new Date(Date.UTC(2060, 0, 1)) }
  const authority = issueAuthority('ca', validity)
  const issued = issueCertificate({ name: 'x', authority: 'ca', commonName: 'é', usages: ['server'], ipAddresses: ['::1', '2001:db8::7', '192.0.2.1'] }, authority, validity)
  const read = new X509Certificate(issued.certificate)
  assert.equal(read.subject, 'CN=é')
  assert.equal(read.subjectAltName, 'IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:7, IP Address:192.0.2.1')
  assert.equal(read.validToDate.getTime(), validity.notAfter.getTime())
  assert.ok(read.checkIssued(new X509Certificate(authority.certificate)))
})
