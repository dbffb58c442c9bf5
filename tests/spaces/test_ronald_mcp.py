"""The Space ronald-classifier as a tool of a model."""

import asyncio
import base64

from tests.spaces.test_ronald_clients import files, space

__all__ = ["files", "space"]  # fixtures


class TestMcp:
    """A model that uses the Space as a tool."""

    def run(self, space, work):
        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        async def session():
            where = f"{space.url}/gradio_api/mcp/"
            async with (
                streamable_http_client(where) as (reader, writer, _),
                ClientSession(reader, writer) as session,
            ):
                await session.initialize()
                return await work(session)

        return asyncio.run(session())

    def test_the_tools_describe_themselves(self, space):
        tools = self.run(space, lambda session: session.list_tools()).tools

        assert {tool.name for tool in tools} == {"classify", "explain", "rank", "train"}
        for tool in tools:
            parameters = tool.inputSchema.get("properties", {}).values()
            assert all("description" in parameter for parameter in parameters)

    def test_a_picture_is_classified_and_explained(self, space, files):
        content = base64.b64encode((files / "figure.png").read_bytes()).decode()
        image = {"image": f"data:image/png;base64,{content}"}

        said = self.run(space, lambda session: session.call_tool("classify", image))
        shown = self.run(space, lambda session: session.call_tool("explain", image))

        assert not said.isError, said.content
        assert "probabilities" in said.content[0].text
        assert any(part.type == "image" for part in shown.content)
