import { fromShared } from '../../support/shared.ts';

const page = fromShared('seeds/000_fe066cbeaae0dc3a.txt');

/** Why the page is not at hand, or false. */
export const noPage = page.skip;

/** The user-data of the CentOS 6 image's page, in the order they stand there, with the blanks filled in. */
export const documents = (headNode: string, secret: string): readonly string[] =>
  [...page.text().matchAll(/^```yaml\n(#cloud-config\n[\s\S]*?)^```$/gm)].map(([, yaml = '']) =>
    yaml
      .replaceAll('<IP_FOR_HTCONDOR_HEAD>', headNode)
      .replaceAll('<MY_HTTP_PROXY>', 'squid.example.org')
      .replaceAll('<my_http_proxy>', 'squid.example.org')
      .replaceAll('<CONDOR_SHARED_SECRET>', secret)
      // Three gigabytes for each core would be a large file for a test.
      .replaceAll('SWAP_PER_CORE_KB=3000000', 'SWAP_PER_CORE_KB=3000'),
  );
