import type { CommandHandle, RuntimeClient } from "../../mod.ts";
import type { Kit } from "./case.ts";
import { follow } from "./tools.ts";

/**
 * An HTTP server with a WebSocket, in Perl as every Debian has it, with modules of `perl-base` alone. It takes the
 * address to listen on and a directory by which it is told to go on, and prints its port.
 */
const SERVER = String.raw`
use strict;
use IO::Socket::INET;
$| = 1;
$SIG{CHLD} = 'IGNORE';
my ($address, $dir) = @ARGV;
my $method;
my @taken; # a port of the daemon's own would be the daemon to a client
do {
  push @taken, IO::Socket::INET->new(LocalAddr => $address, LocalPort => 0, Listen => 64) or die "listen: $!";
} while $taken[-1]->sockport =~ /^(49983|49999)$/;
my $server = pop @taken;
print $server->sockport, "\n";
while (1) {
  my $client = $server->accept or next;
  if (fork) { close $client; next }
  close $server;
  serve($client);
  exit;
}

sub answer {
  my ($to, $status, $body, @headers) = @_;
  my @length = $status == 204 || $status == 304 ? () : "Content-Length: " . length $body;
  $body = '' if $status == 204 || $status == 304 || $method eq 'HEAD';
  print $to join "\r\n", "HTTP/1.1 $status Status", @length, common(), @headers, "", $body;
}
sub common {
  return ("Connection: close", "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: *");
}
sub wait_for_go { for (1 .. 3000) { last if -e "$dir/go"; select undef, undef, undef, 0.01 } }
sub decoded { my ($text) = @_; $text =~ s/%(..)/chr hex $1/ge; return $text }

sub serve {
  my ($client) = @_;
  $client->autoflush(1);
  my ($start, %headers) = (scalar <$client>);
  return unless defined $start;
  while (defined(my $line = <$client>)) {
    last if $line eq "\r\n";
    $headers{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*?)\r\n/;
  }
  ($method, my $target) = split / /, $start;
  if ($method eq 'OPTIONS') {
    return answer($client, 200, '', "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *");
  }
  return echo_socket($client, %headers) if $target =~ m{^/socket};
  my ($body, $chunks) = ('', 0);
  if (($headers{'transfer-encoding'} // '') eq 'chunked') {
    while (my $size = hex(<$client> // 0)) {
      read $client, my $chunk, $size;
      $body .= $chunk;
      if ($target eq '/upload' && $chunks++ == 0) { open my $mark, '>', "$dir/first"; close $mark }
      read $client, $chunk, 2; # Node sends the end of a piece with the next one
    }
    <$client>;
  } elsif ($headers{'content-length'}) {
    read $client, $body, $headers{'content-length'};
  }
  wait_for_go() if $target eq '/hang';
  if ($target eq '/events') {
    print $client join "\r\n", "HTTP/1.1 200 OK", "Content-Type: text/event-stream", common(), "", "data: one\n\n";
    wait_for_go();
    print $client "data: two\n\n";
  } elsif ($target eq '/upload') {
    answer($client, 200, length $body);
  } elsif ($target =~ m{^/status/(\d+)(?:/(.*))?}) {
    answer($client, $1, decoded($2 // "status $1"), "Content-Type: text/plain");
  } elsif ($target =~ m{^/redirect/(\d+)/(.*)}) {
    answer($client, $1, '', "Location: " . decoded($2));
  } else {
    my $seen = join '', map { "$_: $headers{$_}\n" } sort keys %headers;
    answer($client, 200, "$method $target\n$seen\n$body", "Content-Type: text/plain");
  }
}

sub base64 {
  my ($bytes) = @_;
  my $text = substr pack('u', $bytes), 1;
  chomp $text;
  $text =~ tr|` + "` -_" + String.raw`|AA-Za-z0-9+/|;
  my $missing = (3 - length($bytes) % 3) % 3;
  substr($text, -$missing) = '=' x $missing if $missing;
  return $text;
}

sub echo_socket {
  my ($client, %headers) = @_;
  my $key = $headers{'sec-websocket-key'} . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  my ($digest) = ` + "`printf %s '$key' | sha1sum`" + String.raw` =~ /^(\w+)/;
  my @protocol = map { "Sec-WebSocket-Protocol: $_" } (split /,\s*/, $headers{'sec-websocket-protocol'} // '')[0] // ();
  print $client join "\r\n", "HTTP/1.1 101 Switching", "Upgrade: websocket", "Connection: Upgrade",
    "Sec-WebSocket-Accept: " . base64(pack 'H*', $digest), @protocol, "", "";
  while (2 == read $client, my $head, 2) {
    my ($kind, $size) = unpack 'CC', $head;
    $size &= 127;
    if ($size == 126) { read $client, my $more, 2; $size = unpack 'n', $more }
    read $client, my $mask, 4;
    my $text = '';
    read $client, $text, $size if $size;
    $text ^= substr $mask x ($size / 4 + 1), 0, $size;
    return print $client pack('CC', 0x88, $size), $text if ($kind & 15) == 8;
    $text = "you said $text";
    print $client length $text < 126 ? pack('CC', 0x81, length $text) : pack('CCn', 0x81, 126, length $text), $text;
  }
}
`;

/** A server that runs in the sandbox. */
export interface PortServer {
  readonly port: number;
  readonly handle: CommandHandle;
}

/** Starts the server, which ends with the case. It listens where the client looks for it. */
export async function startPortServer(sandbox: RuntimeClient, { dir, own }: Kit): Promise<PortServer> {
  const isHere = /^(127\.0\.0\.1|localhost)$/.test(new URL(sandbox.ports.url(1)).hostname);
  const address = isHere ? "127.0.0.1" : "0.0.0.0";
  await sandbox.files.writeText(`${dir}/server.pl`, SERVER);
  const handle = own(await sandbox.commands.start(["perl", `${dir}/server.pl`, address, dir]));
  const port = Number(await follow(handle).until((text) => text.endsWith("\n")));
  return { port, handle };
}
