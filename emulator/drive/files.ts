import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import type { FileRow, FileVersion } from '../store/moreRows';
import type { World } from '../world';
import type { Contents, NewFile } from './storage';

/** The files of an account. facts: extended 8 */

const KINDS: Readonly<Record<string, FileRow['type']>> = { image: 'image', video: 'video', audio: 'audio' };

export function findFile({ account }: World, uuid: string): FileRow | undefined {
	for (const file of account.files.values()) if (file.uuid === uuid) return file;
	return undefined;
}

export const fullName = ({ name, extension }: Pick<FileRow, 'name' | 'extension'>): string => (extension === '' ? name : `${name}.${extension}`);

/** Bytes that the account's files take, with all their versions and those in the trash. */
export const usedBytes = ({ account }: World): number =>
	[...account.files.values()].flatMap(({ versions }) => versions).reduce((sum, { size }) => sum + size, 0);

/** Files stay in the trash for 30 days. */
const TRASH_SECONDS = 30 * 24 * 60 * 60;

/** Takes out of the storage what has been in the trash for too long. */
export function emptyTrash({ account, clock, storage }: World): void {
	for (const file of account.files.values()) {
		if (file.deleted_at === null || file.deleted_at + TRASH_SECONDS > clock.seconds()) continue;
		for (const { uuid } of file.versions) storage.remove(uuid);
		account.files.delete(file.id);
	}
}

/** Stores bytes as a new file, or as a new version of a known one. */
export function storeFile(world: World, input: NewFile, content: Buffer, by: number): FileRow {
	const uuid = randomUUID();
	return addVersion(world, input, { uuid, session_id: null, ...world.storage.write(uuid, content) }, by);
}

/** A new file of that version, or one more version of a known one. */
export function addVersion(world: World, input: NewFile, stored: Omit<FileVersion, 'created_at'>, by: number): FileRow {
	const { account, clock } = world;
	const now = clock.seconds();
	const version = { ...stored, created_at: now };
	const known = input.file_uuid ? findFile(world, input.file_uuid) : undefined;
	if (known) {
		account.files.change(known, { versions: [...known.versions, version], current: version.uuid, updated_at: now });
		return known;
	}
	const extension = extname(input.file_name).slice(1);
	const mime = input.content_type ?? 'application/octet-stream';
	return account.files.add({
		id: account.files.nextId(),
		uuid: randomUUID(),
		name: extension === '' ? input.file_name : input.file_name.slice(0, -extension.length - 1),
		type: KINDS[mime.split('/')[0] ?? ''] ?? 'file',
		mime,
		extension,
		created_at: now,
		updated_at: now,
		created_by: input.created_by ?? { id: by, type: 'user' },
		with_preview: input.with_preview ?? false,
		deleted_at: null,
		versions: [version],
		current: version.uuid,
	});
}

/** A picture whose size can be read is its own preview. */
const previewsOf = ({ with_preview }: FileRow, picture: Contents['picture'], download_link: string) => (with_preview && picture ? [{ download_link, ...picture }] : null);

export function presentFile({ driveUrl, account }: World, file: FileRow, versionUuid = file.current) {
	const version = file.versions.find(({ uuid }) => uuid === versionUuid);
	const sanitized_name = file.name.replace(/[^\p{L}\p{N}._-]+/gu, '_');
	const download = `${driveUrl}/download/${account.info.uuid}/${file.uuid}`;
	const fileName = encodeURIComponent(fullName({ name: sanitized_name, extension: file.extension }));
	return {
		id: file.id,
		uuid: file.uuid,
		type: file.type,
		is_trashed: file.deleted_at !== null,
		name: file.name,
		sanitized_name,
		size: version?.size ?? 0,
		session_id: version?.session_id ?? null,
		source_id: null,
		version_uuid: versionUuid,
		has_multiple_versions: file.versions.length > 1,
		metadata: { extension: file.extension, mime_type: file.mime },
		created_at: file.created_at,
		created_by: file.created_by,
		updated_at: file.updated_at,
		updated_by: file.created_by,
		deleted_at: file.deleted_at,
		deleted_by: file.deleted_at === null ? null : file.created_by,
		previews: previewsOf(file, version?.picture, `${download}/${versionUuid}/${fileName}`),
		_links: {
			self: { href: `${driveUrl}/v1.0/files/${file.uuid}` },
			download: { href: `${download}/${fileName}` },
			download_version: { href: `${download}/${versionUuid}/${fileName}` },
		},
	};
}
