using OrgGraph.Migrations.SqlServer;

namespace OrgGraph.SqlServer.Tests;

public sealed class SqlServerErrorsTests
{
    [Theory]
    [InlineData(1205, 13)]
    [InlineData(-2, 11)]
    [InlineData(40613, 20)]
    [InlineData(10054, 20)]
    [InlineData(0, 20)]
    public void Transient_when_another_try_may_succeed(int number, byte severity) => Assert.True(SqlServerErrors.IsTransient(number, severity));

    [Theory]
    [InlineData(0, 11)]
    [InlineData(2627, 14)]
    [InlineData(2601, 14)]
    [InlineData(207, 16)]
    [InlineData(18456, 14)]
    public void Not_transient_when_it_would_fail_again(int number, byte severity) => Assert.False(SqlServerErrors.IsTransient(number, severity));
}
