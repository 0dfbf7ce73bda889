import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Paging } from './query';

/** List envelopes and links. facts: core 3.1-3.3 */

export const HAL = 'application/hal+json';
export const PROBLEM = 'application/problem+json';

/** The scheme and host the caller used; a Host header that is no host must not break links. */
export function originOf(request: FastifyRequest): string {
	const { protocol, host } = request;
	return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`${protocol}://${host}`) ? `${protocol}://${host}` : `${protocol}://localhost`;
}

/** Where this account is, also when it was called by amoCRM's common name www. facts: extended 12 */
export const accountHost = ({ host }: FastifyRequest, subdomain: string): string => host.replace(/^www(?=\.)/i, subdomain);

export const fullUrl = (request: FastifyRequest): string => `${originOf(request)}${request.url}`;

export const selfLink = (request: FastifyRequest, path: string) => ({ self: { href: `${originOf(request)}/api/v4${path}` } });

/** The caller's own URL with page and limit made explicit, as amoCRM prints it. */
function pageLink(request: FastifyRequest, paging: Paging, page: number): { href: string } {
	const url = new URL(fullUrl(request));
	url.searchParams.set('page', String(page));
	url.searchParams.set('limit', String(paging.limit));
	return { href: url.href };
}

export interface Page<T> {
	rows: T[];
	hasNext: boolean;
}

/** Cuts one page out of all matching rows, without walking further than needed; `descending` walks from the end. */
export function cutPage<T>(rows: readonly T[], { page, limit }: Paging, matches?: (row: T) => boolean, descending = false): Page<T> {
	const from = (page - 1) * limit;
	if (!matches) {
		const at = descending ? Math.max(0, rows.length - from - limit) : from;
		const cut = rows.slice(at, descending ? Math.max(0, rows.length - from) : from + limit);
		return { rows: descending ? cut.reverse() : cut, hasNext: rows.length > from + limit };
	}
	const out: T[] = [];
	let toSkip = from;
	// A plain loop: this walks a hundred thousand rows to reach a far page.
	for (let index = 0; index < rows.length; index += 1) {
		const row = rows[descending ? rows.length - 1 - index : index] as T;
		if (!matches(row)) continue;
		if (out.length === limit) return { rows: out, hasNext: true };
		if (toSkip > 0) toSkip -= 1;
		else out.push(row);
	}
	return { rows: out, hasNext: false };
}

export function sendJson(reply: FastifyReply, body: unknown, status = 200): FastifyReply {
	return reply.code(status).type(HAL).send(JSON.stringify(body));
}

export const sendNothing = (reply: FastifyReply, status = 204): FastifyReply => reply.code(status).send();

/** A page of a list, or 204 when it is empty. `extra` holds totals where amoCRM has them. */
export function sendPage<T>(
	request: FastifyRequest,
	reply: FastifyReply,
	key: string,
	page: Page<T>,
	paging: Paging,
	extra: { total?: number; pageCount?: boolean; lastLink?: boolean } = {},
): FastifyReply {
	if (page.rows.length === 0) return sendNothing(reply);
	const link = (number: number) => pageLink(request, paging, number);
	const { total } = extra;
	const pages = total === undefined ? undefined : Math.max(1, Math.ceil(total / paging.limit));
	return sendJson(reply, {
		...(total === undefined ? {} : { _total_items: total }),
		_page: paging.page,
		...(extra.pageCount ? { _page_count: pages } : {}),
		_links: {
			self: link(paging.page),
			...(page.hasNext ? { next: link(paging.page + 1) } : {}),
			...(paging.page > 1 ? { first: link(1), prev: link(paging.page - 1) } : {}),
			...(extra.lastLink && pages !== undefined ? { last: link(pages) } : {}),
		},
		_embedded: { [key]: page.rows },
	});
}

/** An unpaged list or the answer to a write. */
export function sendList(
	request: FastifyRequest,
	reply: FastifyReply,
	key: string,
	rows: unknown[],
	options: { total?: boolean; self?: string; status?: number } = {},
): FastifyReply {
	return sendJson(
		reply,
		{
			...(options.total ? { _total_items: rows.length } : {}),
			_links: { self: { href: options.self ?? fullUrl(request) } },
			_embedded: { [key]: rows },
		},
		options.status,
	);
}
