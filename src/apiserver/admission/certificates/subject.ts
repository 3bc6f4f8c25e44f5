/** The subject that a certificate is asked for (PEM in base64). The library is large, so it is loaded when the first certificate is asked for. */
export async function subjectOf(request: string): Promise<{ readonly commonName: string; readonly organizations: readonly string[] }> {
  await import('reflect-metadata')
  const { Pkcs10CertificateRequest } = await import('@peculiar/x509')
  const { subjectName } = new Pkcs10CertificateRequest(new TextDecoder().decode(Uint8Array.fromBase64(request)))
  return { commonName: subjectName.getField('CN')[0] ?? '', organizations: subjectName.getField('O') }
}
