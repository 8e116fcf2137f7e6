/**
 * Signature Version 4 of Amazon Web Services, for requests with a JSON body or none
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The official SDK would bring
 * some forty packages for these forty lines.
 */
import { createHash, createHmac } from 'node:crypto';
import type { ClientOptions } from '../../http/index.ts';

export interface AwsKey {
  readonly id: string;
  readonly key: string;
  readonly region: string;
  readonly service: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
/** RFC 3986: also what encodeURIComponent leaves. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

export const awsSignature =
  ({ id, key, region, service }: AwsKey): ClientOptions['signIn'] =>
  ({ method, url, body, now }) => {
    const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
    const headers = { host: url.host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': stamp };
    const names = Object.keys(headers).join(';');
    const query = [...url.searchParams]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&');
    // The path is encoded once more, as every service but S3 wants it.
    const path = url.pathname.split('/').map(encoded).join('/');
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const request = [method, path, query, lines.join(''), names, sha256(body)].join('\n');
    const text = ['AWS4-HMAC-SHA256', stamp, scope, sha256(request)].join('\n');
    const signing = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${key}`);
    const signature = hmac(signing, text).toString('hex');
    const { host: _, ...sent } = headers;
    return {
      ...sent,
      authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
