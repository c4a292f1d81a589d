using System.Net;
using System.Numerics;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.Http;

public sealed class VariablesTests
{
    [Fact]
    public async Task Values_keep_their_types()
    {
        await using var host = await TransportHost.StartAsync();
        await Send(host, """{"i":1,"l":5000000000,"b":123456789012345678901234567890,"d":1.5,"s":"x","t":true,"n":null,"o":{"a":[1,{"b":"c"}]}}""");
        var variables = host.Engine.Requests.Single().Variables;
        Assert.Equal(1, variables["i"]);
        Assert.Equal(5_000_000_000, variables["l"]);
        Assert.Equal(BigInteger.Parse("123456789012345678901234567890", null), variables["b"]);
        Assert.Equal(1.5, variables["d"]);
        Assert.Equal(("x", true, null), (variables["s"], variables["t"], variables["n"]));
        var list = (IList<object?>)((IDictionary<string, object?>)variables["o"]!)["a"]!;
        Assert.Equal(1, list[0]);
        Assert.Equal("c", ((IDictionary<string, object?>)list[1]!)["b"]);
    }

    [Theory]
    [InlineData(32, HttpStatusCode.OK)]
    [InlineData(33, HttpStatusCode.BadRequest)]
    public async Task Depth_is_limited(int depth, HttpStatusCode status)
    {
        await using var host = await TransportHost.StartAsync();
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        Assert.Equal(status, (await Send(host, nested)).StatusCode);
    }

    [Theory]
    [InlineData(1_000, HttpStatusCode.OK)]
    [InlineData(1_001, HttpStatusCode.BadRequest)]
    public async Task Lists_are_limited(int items, HttpStatusCode status)
    {
        await using var host = await TransportHost.StartAsync();
        Assert.Equal(status, (await Send(host, $$"""{"a":[{{string.Join(',', Enumerable.Repeat(1, items))}}]}""")).StatusCode);
    }

    [Theory]
    [InlineData(10_000, HttpStatusCode.OK)]
    [InlineData(10_001, HttpStatusCode.BadRequest)]
    public async Task Nodes_are_limited(int nodes, HttpStatusCode status)
    {
        await using var host = await TransportHost.StartAsync();
        Assert.Equal(status, (await Send(host, "{" + string.Join(',', Enumerable.Range(0, nodes).Select(i => $"\"{i}\":1")) + "}")).StatusCode);
    }

    [Fact]
    public async Task A_number_of_many_digits_is_refused_unread()
    {
        await using var host = await TransportHost.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(host, $$"""{"a":{{new string('9', 200_000)}}}""")).StatusCode);
    }

    private static Task<HttpResponseMessage> Send(TransportHost host, string variables) =>
        GraphQLOverHttpTests.Post(host, $$"""{"query":"{ echo }","variables":{{variables}}}""");
}
