import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { invalid } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'
import { containersOf } from './pod-containers.ts'

/** Private images run only for who can pull them: a pod finds no image that another one left on its node. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: ({ operation, resource, subresource }) => resource === Pods && (!subresource || subresource === 'ephemeralcontainers') && (operation === 'CREATE' || operation === 'UPDATE'),

  mutate(request) {
    for (const { container } of containersOf((request.object as Pod).spec)) container.imagePullPolicy = 'Always'
    for (const { image } of (request.object as Pod).spec.volumes ?? []) if (image) image.pullPolicy = 'Always'
  },

  validate(request) {
    const causes = containersOf((request.object as Pod).spec).filter(({ container }) => container.imagePullPolicy !== 'Always').map(({ container, field }) => ({
      reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(container.imagePullPolicy ?? '')}: supported values: "Always"`, field: `${field}.imagePullPolicy`,
    }))
    if (causes.length > 0) throw invalid({ group: '', kind: 'Pod' }, request.name, causes)
  },
}
