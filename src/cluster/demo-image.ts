import { arch } from 'node:process'
import type { Host } from '../host/host.ts'
import { architectureOf } from '../kubelet/images/archive.ts'
import { buildBusyboxImage } from '../kubelet/images/local.ts'

/** The versions of the demo image: two, so that there is something to update to. */
export const DEMO_VERSIONS = ['1', '2'] as const
export const demoImage = (version: string): string => `k8ts.local/web:${version}`

/** Says who it is, and what the tier behind it says. `timeout`, because Debian 12's busybox crashes on `wget -T`. */
const PAGE = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
echo "version $VERSION on pod $(hostname)\${NODE_NAME:+ of node $NODE_NAME}"
[ -z "$GREETING" ] || echo "$GREETING"
[ -z "$BACKEND" ] || echo "$BACKEND answers: $(timeout 2 wget -q -O - "http://$BACKEND/" 2>&1 || echo nothing)"
`

/** As a container's first process a program without a handler ignores SIGTERM; the shell handles it, so that pods end at once. */
const START = `#!/bin/sh
trap 'exit 0' TERM INT
echo "version $VERSION serves on port 80"
httpd -f -v -p 80 -h /www &
wait
`

/** The archive of one version of the demo image, made from this machine's static busybox. */
export const buildDemoImage = (host: Host, version: string): Promise<Uint8Array> =>
  buildBusyboxImage(host, {
    name: demoImage(version), architecture: architectureOf(arch), entrypoint: ['/bin/start'], exposedPorts: ['80/tcp'],
    env: ['PATH=/bin', `VERSION=${version}`],
    files: [{ path: '/bin/start', content: START, mode: 0o755 }, { path: '/www/cgi-bin/index.cgi', content: PAGE, mode: 0o755 }],
  })
