import type { ObjectMeta } from '../meta/object-meta.ts'

/** What the pods of a Job are labelled with, in the order in which causes are reported; labels without a prefix are of before v1.27. */
export const jobLabels = ({ name = '', uid }: Partial<Pick<ObjectMeta, 'name'>> & Pick<ObjectMeta, 'uid'>): Record<string, string> =>
  ({ 'controller-uid': uid, 'job-name': name, 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name })
