import type { ObjectMeta } from '../meta/object-meta.ts'

/** The labels by which a Job knows its pods; those without a prefix are of before v1.27. */
export const CONTROLLER_UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'] as const

/** What the pods of a Job are labelled with, in the order in which causes are reported. */
export const jobLabels = ({ name = '', uid }: Partial<Pick<ObjectMeta, 'name'>> & Pick<ObjectMeta, 'uid'>): Record<string, string> =>
  ({ 'controller-uid': uid, 'job-name': name, 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name })
