import type { RefusalFacts } from './refusal.ts';

/** Words that only the way to the API server has: a request of its own paths, or helm's own words for it. */
const ofServer =
  /Kubernetes cluster unreachable|\b(?:Get|Post|Put|Patch|Delete|Head) "https?:\/\/[^"\s]*\/(?:api|apis|version|openapi)\b/i;

/** What a network says when nobody answers. Source: Go net and net/http. */
const silent =
  /connection refused|connection reset by peer|broken pipe|i\/o timeout|TLS handshake timeout|no such host|server misbehaving|no route to host|network is unreachable|http2: (?:client connection|server sent GOAWAY)|\bEOF\b|Client\.Timeout exceeded/;

/**
 * What the API server says of itself, whoever asks.
 * Sources: k8s.io/apimachinery pkg/api/errors/errors.go; go.etcd.io/etcd/api v3rpc/rpctypes/error.go.
 */
const busy =
  /the server is currently unable to handle the request|the server has received too many requests and has asked us to try again later|the server was unable to return a response in the time allotted|request did not complete within (?:the )?(?:allotted|requested) timeout|an error on the server \(".*"\) has prevented the request from succeeding|etcdserver: (?:request timed out|leader changed|no leader|too many requests|server stopped)/;

/**
 * An API server that does not answer, does not know who asks, or is not the one that the kubeconfig means; and a write that came
 * from an older state than there is. Undefined where no class is certain.
 */
export function awayRefusal(words: string): RefusalFacts | undefined {
  if (/Operation cannot be fulfilled on \S+ "[^"]+": the object has been modified/.test(words))
    return { code: 'OBJECT_MODIFIED' };
  const isOfServer = ofServer.test(words);
  if (
    /(?:^|: )Unauthorized$|the server has asked for the client to provide credentials/.test(words) ||
    (isOfServer && /getting credentials: /.test(words))
  )
    return { code: 'CLUSTER_LOGIN_REFUSED', why: words };
  if (isOfServer && /x509: |tls: failed to verify certificate/.test(words))
    return { code: 'CLUSTER_CERTIFICATE_UNKNOWN', why: words };
  return busy.test(words) || (isOfServer && silent.test(words)) ? { code: 'API_SERVER_AWAY', why: words } : undefined;
}
