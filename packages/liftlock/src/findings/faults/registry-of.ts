/**
 * The registry that an image reference names, as containerd and docker read it: the first part counts as a host only
 * if it has a dot or a port, or is localhost; else it is Docker Hub.
 * https://github.com/distribution/reference
 */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  return first.includes('.') || first.includes(':') || first === 'localhost' ? first : 'docker.io';
}
