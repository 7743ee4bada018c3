/** Users that {@link serverConfig} knows besides `default`; the front takes their role for their statements. */
export const ROLES = ['reader', 'loader'] as const;

/** One host of a cluster: nothing is ever sent to it. */
const host = (port: number): string => `<replica><host>127.0.0.1</host><port>${port}</port></replica>`;
const shard = (...hosts: readonly string[]): string => `<shard>${hosts.join('')}</shard>`;

/** Clusters by name only: there is one engine, and it speaks to no other. */
export const serverConfig = (usersFile: string): string => `<clickhouse>
  <users_config>${usersFile}</users_config>
  <macros><shard>01</shard><replica>one</replica></macros>
  <remote_servers>
    <alone>${shard(host(1))}</alone>
    <replicas>${shard(host(1), host(2))}</replicas>
    <shards>${shard(host(1))}${shard(host(2))}</shards>
  </remote_servers>
</clickhouse>
`;

/** What the guide names for a user that loads; the last line is the front's own need, which reads bodies as files. */
const LOADER = [
  'SELECT, INSERT, CREATE TABLE, DROP TABLE, ALTER TABLE, TRUNCATE ON *.*',
  'FILE, CREATE TEMPORARY TABLE ON *.*',
];
const READER = ['SELECT ON *.*', 'FILE ON *.*'];

const role = (name: string, grants: readonly string[]): string =>
  `<${name}><grants>${grants.map((one) => `<query>GRANT ${one}</query>`).join('')}</grants></${name}>`;

/** The engine has one user. It has no rights of its own but roles, of which a connection can take one alone. */
export const usersConfig = (): string => `<clickhouse>
  <users>
    <default>
      <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
      <grants><query>GRANT everything, ${ROLES.join(', ')}</query></grants>
    </default>
  </users>
  <roles>
    ${role('everything', ['ALL ON *.* WITH GRANT OPTION'])}
    ${role('reader', READER)}
    ${role('loader', LOADER)}
  </roles>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
</clickhouse>
`;
