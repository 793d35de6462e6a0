// Answers each message of so many bytes with one of so many bytes, and does nothing else: at a Unix socket, or at `tcp`, whose
// port it tells.
import net from 'node:net';

const [place, asked, answered] = process.argv.slice(2);
const answer = Buffer.alloc(Number(answered));
const server = net.createServer({ noDelay: true }, (socket) => {
  let received = 0;
  socket.on('data', (piece) => {
    received += piece.length;
    for (; received >= Number(asked); received -= Number(asked)) socket.write(answer);
  });
});
server.listen(place === 'tcp' ? { host: '127.0.0.1', port: 0 } : place, () =>
  process.stdout.write(`ready ${place === 'tcp' ? server.address().port : ''}\n`),
);
