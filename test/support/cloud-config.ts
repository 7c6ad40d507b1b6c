/** A configuration with most keys in common use: raw material for documents with mistakes. */
export const cloudConfig = `#cloud-config
hostname: node-1
timezone: Europe/Zurich
users:
  - default
  - name: ops
    gecos: "Operations, on call"
    groups: [wheel, adm]
    sudo: ALL=(ALL) NOPASSWD:ALL
    lock_passwd: true
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Q ops@example
packages: [htop, 'tmux', "git"]
package_upgrade: no
defaults: &defaults {owner: root:root, permissions: '0644'}
write_files:
  - <<: *defaults
    path: /etc/motd
    content: |
      Welcome: this is # no comment

        indented
  - path: /etc/issue
    content: >-
      folded text
      in one line
    permissions: 0600
mounts:
  - [/dev/vdb, /data, ext4, "defaults,nofail", "0", "2"]
bootcmd:
  - echo $UID >> /run/x   # trailing comment
  - [chkconfig, condor, on]
runcmd:
  - |
    for each in a b; do
      echo "$each"
    done
  - [sh, -c, 'exit 0', 1.50, 0644]
power_state: {mode: reboot, delay: +5, condition: true}
final_message: "up after $UPTIME seconds"
`;
