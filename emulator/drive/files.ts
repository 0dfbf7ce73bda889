import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import type { FileRow } from '../store/moreRows';
import type { World } from '../world';

/** The files of an account. facts: extended 8 */

export interface NewFile {
	file_name: string;
	content_type?: string | null;
	/** A further version of this file. */
	file_uuid?: string | null;
	created_by?: { id: number; type: string };
	with_preview?: boolean | null;
}

const KINDS: Readonly<Record<string, FileRow['type']>> = { image: 'image', video: 'video', audio: 'audio' };

export function findFile({ account }: World, uuid: string): FileRow | undefined {
	for (const file of account.files.values()) if (file.uuid === uuid) return file;
	return undefined;
}

/** Bytes that the account's files take, with all their versions and those in the trash. */
export const usedBytes = ({ account }: World): number =>
	[...account.files.values()].flatMap(({ versions }) => versions).reduce((sum, { size }) => sum + size, 0);

/** Stores an upload as a new file, or as a new version of a known one. */
export function storeFile(world: World, input: NewFile, content: Buffer, by: number): FileRow {
	const { account, clock } = world;
	const now = clock.seconds();
	const version = { uuid: randomUUID(), size: content.length, content: content.toString('base64'), created_at: now };
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
function previewsOf({ with_preview }: FileRow, content: string | undefined, download_link: string) {
	const size = with_preview && content !== undefined ? sizeOf(Buffer.from(content, 'base64')) : undefined;
	return size ? [{ download_link, ...size }] : null;
}

/** Of a PNG or a GIF. */
function sizeOf(bytes: Buffer): { width: number; height: number } | undefined {
	if (bytes.length >= 24 && bytes.toString('latin1', 1, 4) === 'PNG') return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	if (bytes.length >= 10 && bytes.toString('latin1', 0, 3) === 'GIF') return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
	return undefined;
}

export function presentFile({ driveUrl, account }: World, file: FileRow, versionUuid = file.current) {
	const version = file.versions.find(({ uuid }) => uuid === versionUuid);
	const sanitized_name = file.name.replace(/[^\p{L}\p{N}._-]+/gu, '_');
	const download = `${driveUrl}/download/${account.info.uuid}/${file.uuid}`;
	const fileName = encodeURIComponent(file.extension === '' ? sanitized_name : `${sanitized_name}.${file.extension}`);
	return {
		id: file.id,
		uuid: file.uuid,
		type: file.type,
		is_trashed: file.deleted_at !== null,
		name: file.name,
		sanitized_name,
		size: version?.size ?? 0,
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
		previews: previewsOf(file, version?.content, `${download}/${versionUuid}/${fileName}`),
		_links: {
			self: { href: `${driveUrl}/v1.0/files/${file.uuid}` },
			download: { href: `${download}/${fileName}` },
			download_version: { href: `${download}/${versionUuid}/${fileName}` },
		},
	};
}
