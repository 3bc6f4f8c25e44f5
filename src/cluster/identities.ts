import { networkInterfaces } from 'node:os'
import type { Files } from '../host/files.ts'
import type { Clock } from '../machinery/clock.ts'
import { certificateSpecs } from './certificate-specs.ts'
import { ensureCertificates, type Pki } from './certificates.ts'
import { writeKubeconfig, type KubeconfigEntry } from './kubeconfig.ts'
import type { Layout } from './layout.ts'
import type { ClusterOptions } from './options.ts'

/** Each kubeconfig's component and the certificate it carries. */
const kubeconfigs = { 'controller-manager': 'controller-manager', scheduler: 'scheduler', kubelet: 'kubelet-client', proxy: 'proxy', dns: 'dns' } as const

/** IPv4 addresses that last: not those of bridges, which come and go with the containers on them. */
async function machineAddresses(files: Files): Promise<string[]> {
  const found: string[] = []
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    if (await files.exists(`/sys/class/net/${name}/bridge`)) continue
    found.push(...addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address))
  }
  return found
}

/** Where clients on this machine reach the API. */
export const serverUrl = ({ bindAddress, port }: ClusterOptions): string => `https://${bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress}:${port}`

/** Certificates and kubeconfigs of all components, made where they are missing. */
export async function ensureIdentities(request: { files: Files; clock: Clock; options: ClusterOptions; layout: Layout }): Promise<Pki> {
  const { files, clock, options, layout } = request
  const specs = certificateSpecs(options, [...(options.bindAddress === '0.0.0.0' ? [] : [options.bindAddress]), ...(await machineAddresses(files))])
  const pki = await ensureCertificates({ files, clock, directory: layout.pkiDir, specs })
  await files.makeDirectory(`${layout.dataDir}/kubeconfig`, 0o700)
  const write = async (path: string, certificate: string): Promise<void> => writeKubeconfig(files, path, await entryFor({ files, options, layout, certificate }))
  await write(layout.adminKubeconfig, 'admin')
  for (const [component, certificate] of Object.entries(kubeconfigs)) await write(layout.kubeconfigOf(component), certificate)
  return pki
}

/** The kubeconfig entry of one client certificate. */
export async function entryFor(request: { files: Files; options: ClusterOptions; layout: Layout; certificate: string }): Promise<KubeconfigEntry> {
  const { files, options, layout, certificate } = request
  const read = (file: string): Promise<string> => files.readText(`${layout.pkiDir}/${file}`)
  return {
    name: options.instance, server: serverUrl(options), owner: layout.dataDir,
    authority: await read('ca.crt'), certificate: await read(`${certificate}.crt`), key: await read(`${certificate}.key`),
  }
}
