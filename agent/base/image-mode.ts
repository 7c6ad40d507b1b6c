/**
 * The file systems of an image-mode system (bootc, ostree): `/` is a read-only view of a deployment, `/etc` is merged at
 * an update, `/var` is kept, and `/sysroot` is the physical root file system.
 */

/** ostree creates it in the initramfs of each boot, and so do bootc's images. */
export const imageModeMark = '/run/ostree-booted';

/** Where an image-mode system mounts the file system that holds its deployments. */
export const physicalRoot = '/sysroot';

/** `/etc`, `/var`, and the folders that an image-mode system links to `/var`. */
const writable = /^\/(?:etc|home|mnt|opt|root|srv|var)\//;

/** Returns where a file that is kept across updates can be: below `/var` if its own folder is part of the image. */
export const keptPath = (path: string): string => (writable.test(path) ? path : `/var${path}`);
