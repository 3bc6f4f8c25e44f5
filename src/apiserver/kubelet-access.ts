/** How the API server shows itself to kubelets. */
export interface KubeletAccess {
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly insecure?: boolean }
}
