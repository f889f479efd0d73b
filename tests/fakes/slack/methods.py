"""Methods of the Web API, by their names: what each needs, does and refuses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.slack.rules import check_blocks, check_markdown, check_message, check_view, given
from tests.fakes.slack.workspace import APP, BOT_ID, BOT_USER, TEAM, Channel, Refused, Workspace

Arguments = dict[str, Any]
Method = Callable[[Workspace, Arguments], dict[str, Any]]


def _writable(workspace: Workspace, arguments: Mapping[str, Any]) -> Channel:
    channel = workspace.channel(str(arguments.get("channel", "")))
    if channel.archived:
        raise Refused("is_archived")
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _thread(channel: Channel, thread: Any) -> str | None:
    if not thread:
        return None
    root = channel.messages.get(str(thread))
    if root is None and str(thread) not in channel.assistant_threads:
        raise Refused("thread_not_found")
    if root is not None and root.get("thread_ts", thread) != thread:
        raise Refused("invalid_thread_ts", "a reply to a reply")
    return str(thread)


def _own(workspace: Workspace, arguments: Mapping[str, Any], error: str) -> dict[str, Any]:
    message = workspace.message(str(arguments.get("channel", "")), str(arguments.get("ts", "")))
    if message.get("user") != BOT_USER:
        raise Refused(error, "the message of somebody else is not the bot's to change")
    return message


def _new(workspace: Workspace, channel: Channel, thread: str | None, **fields: Any) -> dict[str, Any]:
    ts = workspace.ts()
    message = {
        "type": "message",
        "ts": ts,
        "user": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP,
        "team": TEAM,
        "text": "",
        **{k: v for k, v in fields.items() if v is not None},
    }
    if thread is not None:
        message["thread_ts"] = thread
        _spoken(workspace, channel, thread)
    channel.messages[ts] = message
    return message


def _spoken(workspace: Workspace, channel: Channel, thread: str) -> None:
    """A message of the app clears the status of its thread."""
    for channel_id, of, status in reversed(workspace.statuses):
        if (channel_id, of) == (channel.id, thread):
            if status:
                workspace.statuses.append((channel.id, thread, ""))
            return


def post_message(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    check_message(arguments)
    channel = _writable(workspace, arguments)
    thread = _thread(channel, arguments.get("thread_ts"))
    message = _new(
        workspace,
        channel,
        thread,
        text=arguments.get("text") or arguments.get("markdown_text") or "",
        blocks=given(arguments.get("blocks")),
        metadata=given(arguments.get("metadata")),
    )
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    check_message(arguments)
    channel = _writable(workspace, arguments)
    if arguments.get("user") not in channel.members:
        raise Refused("user_not_in_channel")
    thread = _thread(channel, arguments.get("thread_ts"))
    said = {
        "channel": channel.id,
        "user": arguments["user"],
        "text": arguments.get("text") or arguments.get("markdown_text") or "",
        "blocks": given(arguments.get("blocks")) or [],
        "thread_ts": thread,
        "ts": workspace.ts(),
    }
    workspace.ephemeral.append(said)
    return {"message_ts": said["ts"]}


def update(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    check_message(arguments)
    message = _own(workspace, arguments, "cant_update_message")
    if (arguments["channel"], message["ts"]) in workspace.streaming:
        raise Refused("streaming_state_conflict", "chat.update of a message that is being streamed")
    message["text"] = arguments.get("text") or arguments.get("markdown_text") or ""
    message.pop("blocks", None)
    if arguments.get("blocks"):
        message["blocks"] = given(arguments["blocks"])
    if arguments.get("metadata"):
        message["metadata"] = given(arguments["metadata"])
    message["edited"] = {"user": BOT_USER, "ts": workspace.ts()}
    return {"channel": arguments["channel"], "ts": message["ts"], "text": message["text"], "message": message}


def delete(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _own(workspace, arguments, "cant_delete_message")
    del workspace.channel(arguments["channel"]).messages[message["ts"]]
    workspace.streaming.discard((arguments["channel"], message["ts"]))
    return {"channel": arguments["channel"], "ts": message["ts"]}


def _pieces(arguments: Mapping[str, Any]) -> str:
    check_markdown(arguments.get("markdown_text"))
    chunks = given(arguments.get("chunks")) or []
    if chunks and arguments.get("markdown_text"):
        raise Refused("invalid_arguments", "chunks beside markdown_text")
    for one in chunks:
        if one.get("type") not in ("markdown_text", "task_update", "plan_update", "blocks"):
            raise Refused("invalid_chunks", f"a chunk of type {one.get('type')}")
    written = "".join(one.get("text", "") for one in chunks if one["type"] == "markdown_text")
    return arguments.get("markdown_text") or written


def start_stream(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = _writable(workspace, arguments)
    if not arguments.get("thread_ts"):
        raise Refused("invalid_arguments", "a stream that is no reply")
    if channel.kind != "im":
        for one in ("recipient_user_id", "recipient_team_id"):
            if not arguments.get(one):
                raise Refused(f"missing_{one}", f"a stream to a channel without {one}")
    thread = _thread(channel, arguments["thread_ts"])
    message = _new(workspace, channel, thread, text=_pieces(arguments))
    workspace.streaming.add((channel.id, message["ts"]))
    return {"channel": channel.id, "ts": message["ts"]}


def _streaming(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _own(workspace, arguments, "message_not_owned_by_app")
    if (arguments["channel"], message["ts"]) not in workspace.streaming:
        raise Refused("message_not_in_streaming_state")
    return message


def append_stream(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _streaming(workspace, arguments)
    piece = _pieces(arguments)
    if not piece and not arguments.get("chunks"):
        raise Refused("no_text", "nothing to append")
    if len(message["text"]) + len(piece) > 40_000:
        raise Refused("msg_too_long", "a stream of more than 40,000 characters")
    message["text"] += piece
    return {"channel": arguments["channel"], "ts": message["ts"]}


def stop_stream(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _streaming(workspace, arguments)
    message["text"] += _pieces(arguments)
    blocks = given(arguments.get("blocks"))
    if blocks:
        check_blocks(blocks)
        message["blocks"] = blocks
    if arguments.get("metadata"):
        message["metadata"] = given(arguments["metadata"])
    workspace.streaming.discard((arguments["channel"], message["ts"]))
    return {"channel": arguments["channel"], "ts": message["ts"], "message": message}


def set_status(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = workspace.channel(str(arguments.get("channel_id", "")))
    thread = _thread(channel, arguments.get("thread_ts"))
    if thread is None or "status" not in arguments:
        raise Refused("invalid_arguments", "a status of no thread")
    if len(given(arguments.get("loading_messages")) or []) > 10:
        raise Refused("invalid_arguments", "more than 10 loading messages")
    workspace.statuses.append((channel.id, thread, arguments["status"]))
    return {}


def set_prompts(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    if arguments.get("thread_ts"):
        channel, thread = _assistant(workspace, arguments)
    else:  # of an agent, which has no threads of an assistant
        channel, thread = workspace.channel(str(arguments.get("channel_id", ""))).id, ""
    prompts = given(arguments.get("prompts"))
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= 4:
        raise Refused("invalid_arguments", "no prompts, or more than 4")
    if not all(one.get("title") and one.get("message") for one in prompts):
        raise Refused("invalid_arguments", "a prompt without title or message")
    workspace.prompts[channel, thread] = prompts
    return {}


def set_title(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel, thread = _assistant(workspace, arguments)
    if not arguments.get("title"):
        raise Refused("invalid_arguments", "no title")
    workspace.titles[channel, thread] = arguments["title"]
    return {}


def _assistant(workspace: Workspace, arguments: Arguments) -> tuple[str, str]:
    channel = workspace.channel(str(arguments.get("channel_id", "")))
    thread = str(arguments.get("thread_ts"))
    if thread not in channel.assistant_threads:
        raise Refused("invalid_thread_ts", "no thread of the assistant")
    return channel.id, thread


def conversations_info(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = workspace.channel(str(arguments.get("channel", "")))
    if channel.kind != "channel" and BOT_USER not in channel.members:
        raise Refused("channel_not_found")
    return {"channel": channel.info()}


def conversations_members(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = workspace.channel(str(arguments.get("channel", "")))
    if channel.kind != "channel" and BOT_USER not in channel.members:
        raise Refused("fetch_members_failed")
    return _paged("members", sorted(channel.members), arguments)


def conversations_replies(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = workspace.channel(str(arguments.get("channel", "")))
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    thread = str(arguments.get("ts", ""))
    if thread not in channel.messages and thread not in channel.assistant_threads:
        raise Refused("thread_not_found")
    oldest = float(arguments.get("oldest") or 0)
    found = workspace.replies(channel.id, thread)
    return _paged("messages", [m for m in found if m["ts"] == thread or float(m["ts"]) > oldest], arguments)


def conversations_open(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    user = str(arguments.get("users", ""))
    for channel in workspace.channels.values():
        if channel.kind == "im" and user in channel.members:
            return {"channel": {"id": channel.id}}
    raise Refused("user_not_found")


def _paged(name: str, items: list[Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    limit = int(arguments.get("limit") or 100)
    if not 1 <= limit <= 1000:
        raise Refused("invalid_limit", f"a limit of {limit}")
    start = int(arguments.get("cursor") or 0)
    following = str(start + limit) if start + limit < len(items) else ""
    return {name: items[start : start + limit], "response_metadata": {"next_cursor": following}}


def users_info(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    user = workspace.users.get(str(arguments.get("user", "")))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.profile()}


def users_list(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    return _paged("members", [user.profile() for _, user in sorted(workspace.users.items())], arguments)


def usergroups_list(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    users = str(arguments.get("include_users", "")).lower() in ("1", "true")
    return {
        "usergroups": [
            {"id": group, "handle": workspace.usergroup_handles.get(group, group.lower()), "date_delete": 0}
            | ({"users": sorted(members)} if users else {})
            for group, members in workspace.usergroups.items()
        ]
    }


def usergroups_users(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    members = workspace.usergroups.get(str(arguments.get("usergroup", "")))
    if members is None:
        raise Refused("no_such_subteam")
    return {"users": sorted(members)}


def views_open(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    check_view(arguments.get("view"))
    trigger = workspace.triggers.get(str(arguments.get("trigger_id", "")))
    if trigger is None:
        raise Refused("invalid_trigger_id", "a trigger that Slack did not give")
    if trigger.used:
        raise Refused("exchanged_trigger_id", "a trigger that was used before")
    if time.monotonic() > trigger.until:
        raise Refused("expired_trigger_id", "a trigger older than 3 seconds")
    trigger.used = True
    view = {**given(arguments["view"]), "id": workspace.number("V"), "opened_for": trigger.user}
    workspace.views[view["id"]] = view
    return {"view": view}


def auth_test(_workspace: Workspace, _arguments: Arguments) -> dict[str, Any]:
    told = {"team": "Home", "team_id": TEAM, "user": "footnote", "user_id": BOT_USER, "bot_id": BOT_ID}
    return {**told, "url": "https://home.slack.com/", "is_enterprise_install": False}


def permalink(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = workspace.message(str(arguments.get("channel", "")), str(arguments.get("message_ts", "")))
    return {"permalink": f"https://home.slack.com/archives/{arguments['channel']}/p{message['ts'].replace('.', '')}"}


# What each needs, any of them; none for what every token may do.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.appendStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "assistant.threads.setStatus": ("chat:write", "assistant:write"),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "assistant.threads.setTitle": ("assistant:write",),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.members": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.open": ("im:write", "mpim:write"),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "views.open": (),
    "auth.test": (),
    "chat.getPermalink": (),
}

METHODS: Mapping[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
    "chat.getPermalink": permalink,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "assistant.threads.setTitle": set_title,
    "conversations.info": conversations_info,
    "conversations.members": conversations_members,
    "conversations.replies": conversations_replies,
    "conversations.open": conversations_open,
    "users.info": users_info,
    "users.list": users_list,
    "usergroups.list": usergroups_list,
    "usergroups.users.list": usergroups_users,
    "views.open": views_open,
    "auth.test": auth_test,
}
