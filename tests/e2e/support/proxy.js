// A small forward proxy: CONNECT tunnels, and plain requests with an absolute target. Whatever
// name it is asked for, it connects to 127.0.0.1, so that a test can use names nobody resolves.
import net from 'node:net';

export class Proxy {
  asked = []; // {method, target, authorization} of each request
  refuseWith = null; // a status line to answer with instead
  #open = new Set();

  static async start() {
    const proxy = new Proxy();
    proxy.server = net.createServer((socket) => proxy.#accept(socket));
    await new Promise((resolve) => {
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop() {
    const closed = new Promise((resolve) => {
      this.server.close(resolve);
    });
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #accept(socket) {
    this.#track(socket);
    let bytes = Buffer.alloc(0);
    const read = (data) => {
      bytes = Buffer.concat([bytes, data]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read);
      this.#begin(socket, bytes, end);
    };
    socket.on('data', read);
  }

  #begin(socket, bytes, end) {
    const head = bytes.subarray(0, end).toString('latin1');
    const [method, target] = head.split(' ');
    const authorization = /^proxy-authorization: *(.*)$/im.exec(head)?.[1];
    this.asked.push({ method, target, authorization });
    if (this.refuseWith) {
      socket.end(`HTTP/1.1 ${this.refuseWith}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const tunnel = method === 'CONNECT';
    const url = new URL(tunnel ? `http://${target}` : target);
    const far = net.connect(Number(url.port || 80), '127.0.0.1');
    this.#track(far);
    far.on('connect', () => {
      if (tunnel) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(tunnel ? bytes.subarray(end + 4) : forwarded(bytes, target, url));
      socket.pipe(far).pipe(socket);
    });
  }

  #track(socket) {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
  }
}

// The first request of a connection in origin form, without what is meant for the proxy.
function forwarded(bytes, target, url) {
  const end = bytes.indexOf('\r\n\r\n');
  const [line, ...fields] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const kept = fields.filter((field) => !/^proxy-/i.test(field));
  const first = line.replace(target, `${url.pathname}${url.search}`);
  return Buffer.concat([Buffer.from([first, ...kept].join('\r\n'), 'latin1'), bytes.subarray(end)]);
}
