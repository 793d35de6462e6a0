// Answers each message of so many bytes with one of so many bytes, and does nothing else.
import net from 'node:net';

const [path, asked, answered] = process.argv.slice(2);
const answer = Buffer.alloc(Number(answered));
net
  .createServer((socket) => {
    let received = 0;
    socket.on('data', (piece) => {
      received += piece.length;
      for (; received >= Number(asked); received -= Number(asked)) socket.write(answer);
    });
  })
  .listen(path, () => process.stdout.write('ready\n'));
