/** The top-level keys of cloud-init: one that bootagent does not read is reported as unsupported, not as unknown. */
export const cloudInitKeys: readonly string[] =
  `allow_public_ssh_keys ansible apk_repos apt apt_pipelining apt_reboot_if_required apt_update apt_upgrade authkey_hash
autoinstall bootcmd byobu_by_default ca-certs ca_certs chef chpasswd cloud_config_modules cloud_final_modules
cloud_init_modules create_hostname_file datasource datasource_list debug device_aliases disable_ec2_metadata disable_root
disable_root_opts disable_piwiz disk_setup drivers enable_rpi_connect fan final_message fqdn fs_setup groups growpart grub-dpkg grub_dpkg hostname keyboard landscape
launch-index locale locale_configfile lxd manage_etc_hosts manage_resolv_conf manual_cache_clean mcollective migrate merge_how
merge_type mount_default_fields mounts network no_ssh_fingerprints ntp output package_reboot_if_required package_update
package_upgrade packages password phone_home power_state prefer_fqdn_over_hostname preserve_hostname puppet random_seed
reporting resize_rootfs resolv_conf rh_subscription rpi rpi_interfaces rpi_userconf rsyslog runcmd salt_minion snap spacewalk ssh ssh_authorized_keys
ssh_deletekeys ssh_fp_console_blacklist ssh_genkeytypes ssh_import_id ssh_key_console_blacklist ssh_keys
ssh_publish_hostkeys ssh_pwauth ssh_quiet_keygen swap syslog_fix_perms system_info timezone ubuntu_advantage ubuntu_pro
updates user users vendor_data version wireguard write_files yum_repo_dir yum_repos zypper`.split(/\s+/);

/** Keys that only older versions of cloud-init accept. */
export const oldKeys: readonly string[] =
  `apt_custom_sources_list apt_ftp_proxy apt_http_proxy apt_https_proxy apt_mirror apt_mirror_search apt_mirror_search_dns
apt_preserve_sources_list apt_proxy apt_sources debconf_selections def_log_file log_cfgs`.split(/\s+/);

/** The keys that are read before any module runs, and so belong to no module. */
export const agentKeys: readonly string[] = [
  'datasource',
  'datasource_list',
  'launch-index',
  'merge_how',
  'merge_type',
  'require_signature',
  'user_data',
];

/** Keys that only the configuration of an image may set: user-data must not change its own restrictions. */
export const imageKeys: readonly string[] = ['compat', 'require_signature', 'user_data'];

/** Keys that user-data may set only where the image does not: user-data must not unlock what the image locks. */
export const imageFirstKeys: readonly string[] = ['metadata'];
