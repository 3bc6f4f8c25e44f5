import { realFiles } from '../../host/files.ts'
import { systemClock } from '../../machinery/clock.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import { loadKeyRing, rotateKeyRing } from '../../storage/encryption-keys.ts'
import { rotateAccountKey } from '../account-keys.ts'
import { authorities, certificateSpecs } from '../certificate-specs.ts'
import { keyRingPath } from '../encryption.ts'
import { ensureIdentities } from '../identities.ts'
import { layoutOf } from '../layout.ts'
import type { Call, Verb } from './verb.ts'

const KINDS = ['encryption-key', 'service-account-key', 'certificates'] as const

export const rotate: Verb = {
  args: KINDS.join(' | '), maxPositionals: 1,
  flags: { 'forget-older': { type: 'boolean', help: 'of keys: what older ones sealed or signed is good no more' } },
  async run(call) {
    const [kind] = call.positionals
    const { pkiDir } = layoutOf(call.options)
    if (!(await realFiles.exists(pkiDir))) throw new StatusError('NotFound', `there is no ${pkiDir} yet: start the cluster first`)
    switch (KINDS.find(each => each === kind)) {
      case 'encryption-key': return encryptionKey(call, pkiDir)
      case 'service-account-key': return accountKey(call, pkiDir)
      case 'certificates': return certificates(call, pkiDir)
      case undefined: throw badRequest(`what shall be replaced? It is one of ${KINDS.join(', ')}`)
    }
  },
}

/** A running server seals everything again with the new key, and so does the next one that starts. */
async function encryptionKey({ flags, say }: Call, pkiDir: string): Promise<void> {
  const path = keyRingPath(pkiDir)
  if (flags['forget-older']) {
    const [first] = await loadKeyRing(realFiles, path)
    await realFiles.write(path, `${JSON.stringify({ keys: [{ id: first.id, secret: Buffer.from(first.secret).toString('base64') }] }, undefined, 2)}\n`, { mode: 0o600, atomic: true })
    return say('older encryption keys are forgotten')
  }
  await rotateKeyRing(realFiles, path)
  say('a new encryption key seals from now on; secrets and config maps are sealed again by the running server. Afterwards: k8ts rotate encryption-key --forget-older')
}

async function accountKey({ options, flags, say }: Call, pkiDir: string): Promise<void> {
  if (options.serviceAccountSigningKeyFile) throw badRequest('the key was given with --service-account-signing-key-file: replace it there, and name the one before with --service-account-key-file')
  await rotateAccountKey(realFiles, pkiDir, { forgetOlder: flags['forget-older'] === true })
  say(flags['forget-older'] ? 'a new key signs tokens; those of all older keys are good no more' : 'a new key signs tokens; those of older keys stay good until they end')
}

/** All certificates but the authorities' are made anew; who serves with one takes it over at once. */
async function certificates({ options, say }: Call, pkiDir: string): Promise<void> {
  for (const { name } of certificateSpecs(options, [])) if (!(name in authorities)) await realFiles.remove(`${pkiDir}/${name}.crt`)
  const { issued } = await ensureIdentities({ files: realFiles, clock: systemClock, options, layout: layoutOf(options) })
  say(`issued ${issued.length} certificates`)
}
