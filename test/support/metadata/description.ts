/** One instance, from which every dialect and every drive is generated. */
export interface Description {
  readonly id: string;
  readonly hostname: string;
  readonly address: string;
  readonly mac: string;
  readonly zone?: string | undefined;
  /** SSH public keys by name, in the order in which they are listed. */
  readonly keys: Readonly<Record<string, string>>;
  readonly userData?: string | undefined;
  /** Merged into OpenStack's metadata. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  readonly vendorData?: unknown;
  readonly vendorData2?: unknown;
  readonly networkData?: unknown;
}

/** Returns a typical worker node; a test states only the values it depends on. */
export const describe = (given: Partial<Description> = {}): Description => ({
  id: 'i-0abc',
  hostname: 'worker-7.site.example',
  address: '10.161.7.25',
  mac: '02:00:0a:a1:07:19',
  zone: 'site-1a',
  keys: { alice: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice' },
  userData: '#cloud-config\nhostname: w\n',
  ...given,
});
