/** What runs on in the background when bootagent has ended, and is told by `bootagent status`. */
export const cvmfsProbe = { name: 'cvmfs probe', unit: 'bootagent-cvmfs-probe.service' } as const;
